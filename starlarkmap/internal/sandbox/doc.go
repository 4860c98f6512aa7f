// Package sandbox lets programs run that nobody trusts. It rewrites operators whose
// results could be huge to calls of guarded builtins ([GuardOperators], [Guards]), ends
// runs that take too long ([Supervise]), and looks at values before the interpreter does
// what cannot be stopped ([FreezeCheck], [TextOf]). It knows nothing of maps.
package sandbox

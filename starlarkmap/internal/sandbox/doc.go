// Package sandbox runs programs that nobody trusts. It rewrites operators whose results
// could be huge into calls of guarded builtins ([GuardOperators], [Guards]), ends runs
// that take too long ([Supervise]), and examines values before the interpreter does
// something with them that cannot be stopped ([FreezeCheck], [TextOf]). It knows
// nothing about maps.
package sandbox

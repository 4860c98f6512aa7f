// Package secret says what people must not read by accident: passwords, tokens and
// keys in what dmap prints. It has the one rule for names, the one mark that stands for
// a value, and the forms in which values stand: settings, JSON, lines of programs, and
// text. It imports nothing of this module.
//
// Only what is printed for people is masked. Plans that are saved or carried out, and
// everything that the library returns, have the values.
package secret

// Package source knows the files of a program: their texts and syntax, where the
// things stand that run ([Site]), what the errors of the interpreter mean as problems
// ([Files.Problems]), and the lines that problems show. It runs nothing and knows
// nothing of maps.
package source

// Package source knows the files of a program: their texts and syntax, the syntax
// behind the place where a program runs ([Site]), how errors of the interpreter become
// problems ([Files.Problems]), and the lines that problems show. It runs nothing and
// knows nothing about maps.
package source

// Test data: a package that is no program.

// Package library exists so that building it as a program can be refused.
package library

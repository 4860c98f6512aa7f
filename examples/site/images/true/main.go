// Example images, base: the smallest program a container can start.

// The base image holds the volumes that containers share. Its program does nothing and
// ends with code 0.
package main

func main() {}

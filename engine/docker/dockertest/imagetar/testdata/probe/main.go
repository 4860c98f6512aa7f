// Test data: the program inside the test image. It reports what it finds in its
// container.

package main

import (
	"fmt"
	"os"
	"syscall"
)

func main() {
	dir, err := os.Getwd()
	fmt.Println("dir", dir, err)
	fmt.Println("user", os.Getuid(), os.Getgid())
	fmt.Println("env", os.Getenv("GREETING"))
	fmt.Println("args", os.Args)
	for _, path := range os.Args[1:] {
		var st syscall.Stat_t
		if err := syscall.Lstat(path, &st); err != nil {
			fmt.Println(path, err)
			continue
		}
		fmt.Printf("%s %o %d:%d\n", path, st.Mode, st.Uid, st.Gid)
	}
	target, err := os.Readlink("/bin/also")
	fmt.Println("link", target, err)
	data, err := os.ReadFile("/data/deep/file")
	fmt.Println("data", string(data), err)
}

// Example images, app: starts and ends the app server.

//go:build unix

// The app image is the application server of the site example. Each instance answers
// HTTP on a unix socket of its own in a folder it shares with the web server, and
// answers with its name and how often it was asked.
//
// The volumes for sockets and logs must belong to its user: otherwise it says so and
// exits with code 1. It reads nothing from the network and listens on no port.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Folders of the container. The map mounts something on each of them.
const (
	socketDir = "/var/lib/app/socket"
	configDir = "/var/lib/app/config"
	dataDir   = "/var/lib/app/data"
	logDir    = "/var/lib/app/log"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "app:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends or the log can no longer be written.
func run(ctx context.Context) error {
	name, err := instanceName()
	if err != nil {
		return err
	}
	log, err := openLog(name)
	if err != nil {
		return err
	}
	defer log.close()
	listener, err := listen(ctx, name)
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	server := newServer(name, log, failed)
	if err := log.line("listening on %s as user %d, group %d", listener.Addr(), os.Getuid(), os.Getgid()); err != nil {
		return errors.Join(err, listener.Close())
	}
	fmt.Printf("app: %s is listening on %s\n", name, listener.Addr())
	return serve(ctx, server, listener, log, failed)
}

func serve(ctx context.Context, server *http.Server, listener net.Listener, log *logFile, failed <-chan error) error {
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	var failure error
	select {
	case err := <-served:
		return fmt.Errorf("cannot serve: %w", err)
	case failure = <-failed:
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := server.Shutdown(grace) // also removes the socket
	if failure != nil {
		return errors.Join(failure, err)
	}
	return errors.Join(err, log.line("ended"))
}

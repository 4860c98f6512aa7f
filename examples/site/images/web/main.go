// Example images, web: starts and ends the web server.

// The web image is the web server of the site example. It listens on port 80 and, with
// a certificate made at start, on port 443. It passes each request on to all app
// servers, through the unix sockets in the folder they share, and shows their answers.
//
// It needs no file to start, and writes nothing except its access log. It never writes
// into the folder of the sockets.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "web:", err)
		os.Exit(1)
	}
}

// run serves both ports until ctx ends.
func run(ctx context.Context) error {
	certificate, err := selfSigned(time.Now())
	if err != nil {
		return err
	}
	plain, err := listen(":80")
	if err != nil {
		return err
	}
	secure, err := listen(":443")
	if err != nil {
		return errors.Join(err, plain.Close())
	}
	log := openAccessLog()
	defer log.close()
	server := newServer(log)
	fmt.Printf("web: listening on ports 80 and 443 as user %d, group %d\n", os.Getuid(), os.Getgid())
	served := make(chan error, 2)
	go func() { served <- server.Serve(plain) }()
	go func() {
		served <- server.Serve(tls.NewListener(secure, &tls.Config{Certificates: []tls.Certificate{certificate}}))
	}()
	return untilDone(ctx, server, served)
}

func untilDone(ctx context.Context, server *http.Server, served <-chan error) error {
	var failure error
	select {
	case err := <-served:
		failure = fmt.Errorf("cannot serve: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return errors.Join(failure, server.Shutdown(grace))
}

func listen(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if errors.Is(err, os.ErrPermission) {
		return nil, fmt.Errorf("cannot listen on port %s as user %d: %w; start the container with the sysctl net.ipv4.ip_unprivileged_port_start=0", address[1:], os.Getuid(), err)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on port %s: %w", address[1:], err)
	}
	return listener, nil
}

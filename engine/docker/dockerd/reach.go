// Docker adapter: why an engine cannot be reached, in helpful words.

package dockerd

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"net"
	"net/url"
	"strings"
	"syscall"
)

// unreachable says why there is no connection, and what to do about it.
func unreachable(host string, err error) string {
	why, fix := reason(host, err)
	return "no connection to " + host + ": " + why + "; " + fix
}

const elsewhere = "or name another engine with DOCKER_HOST or a docker context"

func reason(host string, err error) (why, fix string) {
	var (
		dns       *net.DNSError
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
		timeout   net.Error
	)
	switch {
	case isSocket(host) && errors.Is(err, fs.ErrNotExist):
		return "the socket does not exist", "start Docker (systemctl start docker), " + elsewhere
	case isSocket(host) && errors.Is(err, fs.ErrPermission):
		return "permission denied", `ask for membership in the group "docker", which owns the socket and has full power over the machine, and log in again`
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused, nothing listens there", "start Docker (systemctl start docker), " + elsewhere
	case errors.As(err, &dns):
		return "the name of the host is unknown (" + clean(dns.Error()) + ")", "correct the name, " + elsewhere
	case errors.As(err, &authority):
		return "the certificate of the engine is signed by an unknown authority", "give the ca.pem of that engine in DOCKER_CERT_PATH"
	case errors.As(err, &name), errors.As(err, &invalid):
		return clean(cause(err)), "use the host name that is in the certificate, or renew the certificate"
	case rejectedByTLS(err):
		return "the engine refuses our certificate (" + clean(cause(err)) + ")", "give cert.pem and key.pem for that engine in DOCKER_CERT_PATH"
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "the engine does not speak TLS there", "use its TLS port (usually 2376), or do without DOCKER_TLS_VERIFY and DOCKER_CERT_PATH"
	case speaksTLS(err):
		return "the engine speaks TLS there", "set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH"
	case strings.HasPrefix(host, "ssh://"):
		return clean(cause(err)), "make sure that ssh reaches the host without asking anything, and that docker is installed there"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time", "check host and port, " + elsewhere
	}
	return clean(cause(err)), "check that Docker runs there, " + elsewhere
}

// speaksTLS reports whether an engine that speaks TLS was contacted without it.
func speaksTLS(err error) bool {
	text := err.Error()
	return strings.Contains(text, "malformed HTTP response") || strings.Contains(text, "HTTP request to an HTTPS server")
}

// rejectedByTLS reports whether the engine ended the TLS handshake. With TLS 1.3 its
// refusal arrives after our request was sent, which would otherwise count as an unknown
// outcome.
func rejectedByTLS(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error" && strings.Contains(op.Error(), "certificate")
}

// cause returns the error below the words that HTTP and the client library put around
// it.
func cause(err error) string {
	var request *url.Error
	if errors.As(err, &request) {
		return request.Err.Error()
	}
	return err.Error()
}

// Docker adapter: TLS material.

package dockerd

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// certificates are PEM texts, nil where there is none.
type certificates struct {
	ca, cert, key []byte
	skipVerify    bool
}

func (c certificates) wanted() bool {
	return c.ca != nil || c.cert != nil || c.key != nil || c.skipVerify
}

// certificates reads the certificates that the options name, or those that the
// environment names, as the docker command does. DOCKER_CERT_PATH without
// DOCKER_TLS_VERIFY means TLS with an unverified server, as in the client library.
func (o Options) certificates() (certificates, error) {
	if o.TLS != nil {
		return o.TLS.read()
	}
	dir, verify := o.Env("DOCKER_CERT_PATH"), o.Env("DOCKER_TLS_VERIFY") != ""
	if dir == "" && !verify && o.Env("DOCKER_TLS") == "" {
		return certificates{}, nil
	}
	if dir == "" {
		dir = o.configDir()
	}
	files := TLSFiles{CA: filepath.Join(dir, "ca.pem")}
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	if exists(cert) || exists(key) {
		files.Cert, files.Key = cert, key
	}
	if !verify {
		if !exists(files.CA) {
			files.CA = ""
		}
		found, err := files.read()
		found.skipVerify = true
		return found, err
	}
	return files.read()
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return !errors.Is(err, fs.ErrNotExist)
}

func (f TLSFiles) read() (certificates, error) {
	var c certificates
	if (f.Cert == "") != (f.Key == "") {
		return c, errors.New("a certificate needs its key and a key its certificate; give both or none")
	}
	if f.CA == "" && f.Cert == "" {
		return certificates{ca: []byte{}}, nil
	}
	for _, part := range []struct {
		file string
		data *[]byte
	}{{f.CA, &c.ca}, {f.Cert, &c.cert}, {f.Key, &c.key}} {
		if part.file == "" {
			continue
		}
		data, err := os.ReadFile(part.file)
		if err != nil {
			return c, err
		}
		*part.data = data
	}
	return c, nil
}

// config returns the TLS configuration. Without a CA, the system's authorities are
// trusted.
func (c certificates) config() (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: c.skipVerify}
	if len(c.ca) > 0 {
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(c.ca) {
			return nil, errors.New("there is no certificate in the PEM text of the authority (ca.pem)")
		}
	}
	if c.cert == nil && c.key == nil {
		return conf, nil
	}
	pair, err := tls.X509KeyPair(c.cert, c.key)
	if err != nil {
		return nil, fmt.Errorf("the client certificate (cert.pem, key.pem) cannot be used: %w", err)
	}
	conf.Certificates = []tls.Certificate{pair}
	return conf, nil
}

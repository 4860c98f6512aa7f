// Docker adapter: credentials for registries.

package dockerd

import (
	"context"
	"errors"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/config"
	"github.com/docker/docker/api/types/registry"

	"github.com/dmap-dev/dmap/engine/docker/calls"
)

// hubServer is the name under which the docker command stores a login to Docker Hub.
const hubServer = "https://index.docker.io/v1/"

// errHelper says that a credential helper does not answer.
var errHelper = errors.New("the credential helper of the docker command does not answer; see credsStore and credHelpers in its config.json")

// credentials returns the header for the registry of an image, "" if there is no login
// for it.
func (c *Client) credentials(ctx context.Context, image reference.Named) (header string, err error) {
	err = c.calls.Do(ctx, calls.Call{
		Kind: calls.Credentials,
		For:  "the credentials for " + reference.Domain(image),
		Make: func(limited context.Context) error {
			header, err = c.askForCredentials(limited, image)
			if err != nil && limited.Err() != nil && ctx.Err() == nil {
				return errHelper
			}
			return err
		},
	})
	return header, err
}

// askForCredentials abandons a credential helper when ctx ends: it is a program that
// cannot be told to stop.
func (c *Client) askForCredentials(ctx context.Context, image reference.Named) (string, error) {
	type result struct {
		header string
		err    error
	}
	done := make(chan result, 1)
	go func() {
		header, err := readCredentials(c.configDir, image)
		done <- result{header, err}
	}()
	select {
	case r := <-done:
		return r.header, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func readCredentials(configDir string, image reference.Named) (string, error) {
	file, err := config.Load(configDir)
	if err != nil {
		return "", err
	}
	server := reference.Domain(image)
	if server == "docker.io" {
		server = hubServer
	}
	found, err := file.GetAuthConfig(server)
	if err != nil {
		return "", err
	}
	login := registry.AuthConfig{
		Username:      found.Username,
		Password:      found.Password,
		Auth:          found.Auth,
		ServerAddress: found.ServerAddress,
		IdentityToken: found.IdentityToken,
		RegistryToken: found.RegistryToken,
	}
	if login == (registry.AuthConfig{}) || login == (registry.AuthConfig{ServerAddress: found.ServerAddress}) {
		return "", nil
	}
	return registry.EncodeAuthConfig(login)
}

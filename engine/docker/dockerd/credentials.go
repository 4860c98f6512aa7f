// Docker adapter: credentials of registries.

package dockerd

import (
	"context"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/config"
	"github.com/docker/docker/api/types/registry"
)

// hubServer is the name under which the docker command stores the login of Docker Hub.
const hubServer = "https://index.docker.io/v1/"

// credentials returns the header for the registry of an image, "" if there is no login for it. A credential helper
// is a program that cannot be told to stop: when ctx ends, we leave it behind.
func (c *Client) credentials(ctx context.Context, image reference.Named) (string, error) {
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

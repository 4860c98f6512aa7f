// Docker adapter: the client.

package dockerd

import (
	"net/http"

	"github.com/docker/docker/client"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
)

// Client is an open engine. [Open] makes it; the zero value cannot be used. It is safe
// for concurrent use. Its fields must not be changed.
type Client struct {
	// Host is the engine's address, as a URL.
	Host string
	// Source says what chose the host: "DOCKER_HOST", `docker context "prod"`.
	Source string
	// APIVersion is the API version that both sides speak.
	APIVersion string

	api       *client.Client
	base      *http.Transport
	configDir string
	calls     *calls.Caller
}

var _ docker.Client = (*Client)(nil)

// Close drops idle connections. Calls in flight go on.
func (c *Client) Close() error {
	c.base.CloseIdleConnections()
	return nil
}

// Docker adapter: the client.

package dockerd

import (
	"net/http"

	"github.com/docker/docker/client"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
)

// Client is an open engine. It is made by [Open], its zero value is of no use, and it is safe for concurrent use.
// The fields are for reading.
type Client struct {
	// Host is where the engine is, as a URL.
	Host string
	// Source is what chose the host: "DOCKER_HOST", `docker context "prod"`.
	Source string
	// APIVersion is the version of the API that both sides speak.
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

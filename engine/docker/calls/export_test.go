// Calls: what only their tests may see.

package calls

// Row is the row of a kind in the table.
func (c *Caller) Row(k Kind) (Policy, bool) {
	p, ok := c.policy[k]
	return p, ok
}

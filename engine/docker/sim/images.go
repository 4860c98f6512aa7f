// Part of the simulated engine: images that tests put on the engine or into its
// registry.

package sim

// AddImage puts an image on the engine. The error says what is wrong with the image.
func (e *Engine) AddImage(im Image) error {
	e.world.Lock()
	defer e.world.Unlock()
	made, err := e.world.Images.Make(im)
	if err != nil {
		return err
	}
	e.world.Images.Put(made)
	return nil
}

// AddRemoteImage makes an image available in its registry, so that it can be pulled by
// its names.
func (e *Engine) AddRemoteImage(im Image) error {
	e.world.Lock()
	defer e.world.Unlock()
	made, err := e.world.Images.Make(im)
	if err != nil {
		return err
	}
	for _, tag := range made.Tags {
		e.world.State.Remote[tag] = made
	}
	return nil
}

// Test tools: what the package is.

// Package dockertest helps to test code that works with a Docker Engine. [Open] returns
// the real engine of this machine; [Images] puts small images on it, without a
// registry; [Run] is the conformance suite that every [docker.Client] has to pass;
// [ReadOnly] and [Recorder] wrap a client to forbid, record, disturb or fail its calls.
//
// It is for tests only. It never touches an object that it did not make: names begin
// with "dmap-" and a random part, and are removed with the test. The images
// "dmap-test/..." stay on the engine; they are small, and the same each time.
package dockertest

// Docker vocabulary: the labels by which dmap knows what it made.

package docker

// The labels on everything dmap creates. All of the first group are set on every
// container, so that an image cannot pretend them.
const (
	LabelPrefix   = "dev.dmap."
	LabelMap      = LabelPrefix + "map"        // name of the container map
	LabelRole     = LabelPrefix + "role"       // one of the roles below
	LabelName     = LabelPrefix + "container"  // configuration, or alias of an attached volume
	LabelInstance = LabelPrefix + "instance"   // "" without instances
	LabelOrigin   = LabelPrefix + "origin"     // file:line:col that defined it
	LabelKeep     = LabelPrefix + "persistent" // "true" for what cleanup never removes
	LabelSpec     = LabelPrefix + "spec"       // digest of each field that was set, as JSON; of its text, as earlier versions know it
	LabelFields   = LabelPrefix + "fields"     // the same of what each field means, see package field; not on what earlier versions made
	LabelRun      = LabelPrefix + "run"        // id of the run that made it
	LabelDeps     = LabelPrefix + "deps"       // ids of the containers it was tied to when it was made, by name, as JSON

	// On the record that a volume was prepared (see RolePrepared).
	LabelVolume   = LabelPrefix + "volume"   // name of the volume that was prepared
	LabelVolumeOf = LabelPrefix + "of"       // the run that made that volume
	LabelPrepared = LabelPrefix + "prepared" // what was done: "2000:2000 u=rwX,g=rX,o="

	// On the claim of a run (see RoleLock).
	LabelOwner   = LabelPrefix + "owner"   // its process, for people
	LabelProcess = LabelPrefix + "process" // its process, for programs on the same machine
)

// The values of LabelRole.
const (
	RoleContainer = "container" // an instance of a configuration
	RoleAttached  = "attached"  // holds an attached volume; also on that volume
	RolePrepare   = "prepare"   // temporary: runs chown or chmod on a volume
	RolePrepared  = "prepared"  // an empty volume: the record that another was prepared
	RoleLock      = "lock"      // an empty volume: the claim of a run to be the only one that changes the map
)

// Suffixes of the names of what dmap needs beside the things of a map. model
// reserves them.
const (
	PrepareSuffix  = ".dmap-prepare"
	PreparedSuffix = ".dmap-prepared"
	LockSuffix     = ".dmap-lock"
)

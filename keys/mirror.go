package keys

// Mirrored says whether every forgetting that was acknowledged is also on the mirror. Without a mirror there is no second
// place to forget in, and it is true.
func (r *Ring) Mirrored() bool { return r.home.mirrored() }

func (o *owner) mirrored() bool { return true }

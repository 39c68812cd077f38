package keys

import "context"

// Rotate changes nothing but ROOT and the generation. A process that notes its generation in the database and rotates at
// each start can tell a database that was put back from an older copy, even when nothing was forgotten in between.
func (r *Ring) Rotate(ctx context.Context) error { return r.home.submit(ctx, &change{rotate: true}) }

// Package store is everything PostgreSQL, and the sealed files beside it.
//
//	ticket.Store ─┐                        ┌─ migrations/  the schema; protection is a column's type
//	ticket.Tx    ─┼─▶ one file a noun ─▶ db/ (generated) ◀─ queries/*.sql
//	sessions     ─┘        │
//	                       ├─ keys: whatever people wrote is sealed here, before it goes into SQL
//	                       └─ river: the job that acts on a row is inserted in the row's transaction
//
// What is in clear is a short list, kept in datamap.yaml with the reason, retention, export and erase rule of each table;
// a test compares it with the database. Everything else is sealed or a keyed tag.
//
// Every tenant table leads with (guild_id, epoch) and hangs on that row of guild_tenancy. Reads ask active(guild, epoch)
// and find nothing once the guild is gone; writes hold the tenancy row. Time comes in as a parameter, never from SQL.
//
// To change the schema, add a migration, then queries, then run "make generate".
package store

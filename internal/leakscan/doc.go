// Package leakscan finds words in bytes where they must not be.
//
// A test makes words that nobody can guess (package canary), plants them where people put what they write, lets the
// program work, and then searches all that was written: the database's files, its write-ahead log, keys, logs, backups.
//
//	s := leakscan.New(words...)
//	found, err := s.Dir(dataDirectory)     // every file, and the names of files and directories
//	leaks := s.Bytes("log", output)
//	found, err = s.Database(ctx, url)      // every row, as SQL gives it
//
// A word is found
//
//   - as it is, in upper and lower case, in UTF-16 of both byte orders, in hexadecimal of both cases, in base64 of both
//     alphabets wherever in a group of three it begins, and in what PostgreSQL's own compression leaves of it;
//   - when some or all of it is escaped: with backslashes (JSON, Go, SQL), per cent (URLs), entities (HTML), equals
//     signs (quoted-printable), or when lines are broken in the middle of it;
//   - in what is compressed, at any offset and in several layers: gzip, zlib, zip and zstd, also when the compressed
//     bytes are written in hexadecimal or base64; and in bytes as PostgreSQL dumps them.
//
// It is not found in a row that PostgreSQL has compressed so far that the word is cut up; Database finds it there. Nor
// in a compressed stream that other bytes interrupt, as in pg_dump's own format: let pg_restore write it out first.
// So plant a word in clear besides and see that it is found: only then does nothing mean nothing.
package leakscan

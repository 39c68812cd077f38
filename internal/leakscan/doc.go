// Package leakscan finds words in bytes where they must not be.
//
// A test makes words that nobody can guess, plants them where people put what they write, lets the program work, and
// then searches all that was written: the database's files, its write-ahead log, keys, logs.
//
//	s := leakscan.New(words...)
//	found, err := s.Dir(dataDirectory)     // every file, and the names of files and directories
//	leaks := s.Bytes("log", output)
//
// A word is found as it is, in upper and lower case, in UTF-16 of both byte orders, in base64 (wherever in a group of
// three it begins, both alphabets) and in hexadecimal of both cases. It is not found in what is compressed, so search
// before compressing, or plant a word in clear besides and see that it is found: only then does nothing mean nothing.
package leakscan

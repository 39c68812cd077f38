// Package archtest holds the rules of the house as tests: who may import whom, who may read the environment, who may
// ask what time it is, where ciphers live, that every path named in a document exists, and that every sentence a user
// can see is in the catalogue and used. Each rule is also shown a planted offence, so that silence means something.
package archtest

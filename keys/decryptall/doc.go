// Package decryptall attacks an installation with everything that was ever written and every secret that there is now,
// and opens all that can be opened. A test forgets somebody, attacks, and asks whether their words are among the spoils.
//
//	a := decryptall.New()
//	a.Keyring(dir)                  // the keyring as it is: its root opens what is left
//	a.Add(recorder.Files()...)      // every version that any of its files ever had
//	a.Image("monday", url)          // the rows of each database image, told by everyrow
//	a.Blobs(dir)                    // files that people sent
//	spoils := a.Attack()
//
// It holds the keyring's formats a second time and shares no code with the package keys, least of all with what forgets
// there. It trusts no structure: every 32 bytes of whatever it can read are tried as the key of every file, every place
// that could be a node of a key tree is tried as one for every leaf below it, and a sealed value is tried as any field of
// any row number under any person and ticket that its row names. So a key that a mistake leaves anywhere in clear, or
// under something that opens, is found without anybody having thought of it; and so is a new column.
//
// What it does not try: the memory of a process, and the bytes of an overwritten root slot, which no software that keeps
// keys in a file can defend. A test adds them to see that the attack then succeeds.
package decryptall

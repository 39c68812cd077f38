package keys

const (
	smallestBucket = 64
	largestBucket  = 4096 // from here on, multiples of it
)

// bucket is the padded size of n bytes of content: a power of two, from 4096 on a multiple of 4096. There is always room
// for the mark that ends the content, so 64 bytes of content take the bucket of 128.
func bucket(n int) int {
	size := smallestBucket
	for size <= n && size < largestBucket {
		size *= 2
	}
	if size > n {
		return size
	}
	return n/largestBucket*largestBucket + largestBucket
}

// pad appends 0x80 and zeros (ISO/IEC 7816-4), so that a sealed value shows its bucket and not its size.
func pad(plain []byte) []byte {
	padded := make([]byte, bucket(len(plain)))
	copy(padded, plain)
	padded[len(plain)] = 0x80
	return padded
}

// unpad undoes pad. What it is given has been authenticated, so its timing tells nobody anything.
func unpad(padded []byte) ([]byte, error) {
	for i := len(padded) - 1; i >= 0; i-- {
		switch padded[i] {
		case 0:
		case 0x80:
			return padded[:i], nil
		default:
			return nil, ErrCorrupt
		}
	}
	return nil, ErrCorrupt
}

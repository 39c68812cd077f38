package keys

import (
	"bytes"
	"errors"
)

// A sealed file: "TBKEYS01" ‖ nonce, 12 random bytes ‖ AES-256-GCM(key, content, AAD = label ‖ file name). Its key is used
// for this one file and never again.
const (
	fileMagic = "TBKEYS01"
	labelFile = "ticketbot keys v1 file "
)

var errDamagedFile = errors.New("does not authenticate")

func sealFile(key secret, name string, content []byte) []byte {
	return randomNonceAEAD(key).Seal([]byte(fileMagic), nil, content, []byte(labelFile+name))
}

func unsealFile(key secret, name string, file []byte) ([]byte, error) {
	body, ok := bytes.CutPrefix(file, []byte(fileMagic))
	if !ok || len(body) < nonceSize+tagSize {
		return nil, errDamagedFile
	}
	content, err := randomNonceAEAD(key).Open(nil, nil, body, []byte(labelFile+name))
	if err != nil {
		return nil, errDamagedFile
	}
	return content, nil
}

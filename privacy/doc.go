// Package privacy keeps the policy's promises: its numbers, export, erasure, retention.
//
// A number that the policy promises has one home, promises.go; whoever needs it takes it from there, and a test compares
// the constants with the policy's text in policy.txt. To change a promise, change the text first.
package privacy

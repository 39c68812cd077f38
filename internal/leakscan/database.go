package leakscan

import (
	"context"

	"ticketbot/internal/everyrow"
)

// Database searches every row of every table, as SQL gives it: also what lies compressed or cut up in the files.
func (s *Scanner) Database(ctx context.Context, url string) (Found, error) {
	var found Found
	err := everyrow.Read(ctx, url, func(row everyrow.Row) error {
		found.Files++
		for _, v := range row {
			found.Bytes += int64(len(v.Bytes))
			found.Leaks = append(found.Leaks, s.Bytes(v.Schema+"."+v.Table+"."+v.Name, v.Bytes)...)
		}
		return nil
	})
	return found, err
}

package fetch_test

import (
	"fmt"
	"log"

	"credence/data/fetch"
)

func Example() {
	sets, err := fetch.Named(fetch.Sets(), "fashion-mnist")
	if err != nil {
		log.Fatal(err)
	}
	for _, set := range sets {
		fmt.Printf("%s: %s; %d bytes, %s\n", set.Name, set.What, set.Bytes(), set.Licence)
		// fetch.Fetcher{}.Fetch(ctx, set, folder) downloads it.
	}
	// Output:
	// fashion-mnist: articles of clothing, 28 x 28; 30878645 bytes, MIT (Zalando SE)
}

package main

import (
	"bufio"
	"math/rand"
	"os"
	"sync"
	"time"

	"go.etcd.io/etcd/clientv3"
)

// acknowledgements knows for how long no write was acknowledged.
type acknowledgements struct {
	sync.Mutex
	latest      time.Time
	longest     time.Duration
	latestBegin time.Time
	mark        time.Time
	acknowledged,
	failed int
}

func (a *acknowledgements) longestNow() time.Duration {
	if open := time.Since(a.latest); open > a.longest {
		return open
	}
	return a.longest
}

// failover writes without a pause. A line on standard input asks: "forget" all pauses but the one that goes on; "mark" this moment; "tell"
// the longest pause, and whether a write has been acknowledged that was begun after the mark.
func failover(clients []*clientv3.Client) {
	known := &acknowledgements{latest: time.Now()}
	text := value()
	for i := 0; i < *callers; i++ {
		go func(client *clientv3.Client, random *rand.Rand) {
			for {
				begin := time.Now()
				err := put(client, random.Intn(*keys), text)
				known.Lock()
				if err == nil {
					known.longest = known.longestNow()
					known.latest = time.Now()
					known.acknowledged++
					if begin.After(known.latestBegin) {
						known.latestBegin = begin
					}
				} else {
					known.failed++
				}
				known.Unlock()
				if err != nil {
					time.Sleep(time.Millisecond)
				}
			}
		}(clients[i%len(clients)], rand.New(rand.NewSource(int64(i))))
	}
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		known.Lock()
		switch input.Text() {
		case "forget":
			known.longest = 0
		case "mark":
			known.mark = time.Now()
		}
		print(map[string]interface{}{
			"longestMs":    ms(known.longestNow()),
			"isBeyond":     known.latestBegin.After(known.mark),
			"acknowledged": known.acknowledged,
			"failed":       known.failed,
		})
		known.Unlock()
	}
}

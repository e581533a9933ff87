// A load on etcd, by its own Go client. The flags are those of quorate bench; the result is a line of JSON in the shape of @quorate/load.
//
// Built, on Debian with golang-go and golang-etcd-server-dev, by
// GO111MODULE=off GOPATH=/usr/share/gocode go build
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/clientv3"
)

var (
	endpoints   = flag.String("endpoints", "", "where etcd is, with commas between")
	operation   = flag.String("operation", "put", "put, get, or failover: writes until standard input ends, and tells what it is asked there")
	callers     = flag.Int("callers", 256, "how many call at once")
	connections = flag.Int("connections", 8, "how many clients they share")
	keys        = flag.Int("keys", 10000, "how many keys")
	size        = flag.Int("size", 256, "the size of a value, in bytes")
	seconds     = flag.Float64("seconds", 10, "how long it is measured")
	warmUp      = flag.Float64("warm-up", 2, "how long it runs before that, in seconds")
	rate        = flag.Float64("rate", 0, "how many calls are begun in a second; 0 for as many as the callers can")
)

const timeout = 5 * time.Second

func main() {
	flag.Parse()
	clients := dial()
	switch *operation {
	case "failover":
		failover(clients)
	case "get":
		fill(clients)
		measure(clients, get)
	default:
		measure(clients, put)
	}
}

// dial connects each client to all members, of which it prefers another one than the client before.
func dial() []*clientv3.Client {
	all := strings.Split(*endpoints, ",")
	clients := make([]*clientv3.Client, *connections)
	for i := range clients {
		own := append(append([]string{}, all[i%len(all):]...), all[:i%len(all)]...)
		if *operation != "failover" {
			own = own[:1]
		}
		client, err := clientv3.New(clientv3.Config{Endpoints: own, DialTimeout: timeout})
		if err != nil {
			log.Fatal(err)
		}
		clients[i] = client
	}
	return clients
}

func key(number int) string { return fmt.Sprintf("/bench/%07d", number) }

func value() string { return strings.Repeat("x", *size) }

func put(client *clientv3.Client, number int, text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	_, err := client.Put(ctx, key(number), text)
	return err
}

// get is linearizable, as etcd's reads are unless told otherwise.
func get(client *clientv3.Client, number int, _ string) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	_, err := client.Get(ctx, key(number))
	return err
}

// fill writes all keys.
func fill(clients []*clientv3.Client) {
	text := value()
	next := int64(-1)
	var all sync.WaitGroup
	for i := 0; i < 64; i++ {
		all.Add(1)
		go func(client *clientv3.Client) {
			defer all.Done()
			for number := atomic.AddInt64(&next, 1); number < int64(*keys); number = atomic.AddInt64(&next, 1) {
				if err := put(client, int(number), text); err != nil {
					log.Fatal(err)
				}
			}
		}(clients[i%len(clients)])
	}
	all.Wait()
}

// print writes a line of JSON.
func print(what interface{}) {
	line, err := json.Marshal(what)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(line))
}

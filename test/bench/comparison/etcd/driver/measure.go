package main

import (
	"math"
	"math/rand"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/clientv3"
)

// call does something once, to a key of that number.
type call func(client *clientv3.Client, number int, text string) error

// span is what is measured: calls that are begun from a moment on, and before another.
type span struct{ start, from, to time.Time }

func (s span) has(moment time.Time) bool { return !moment.Before(s.from) && moment.Before(s.to) }

// caller is one of many who call at once, and what it has seen.
type caller struct {
	client    *clientv3.Client
	random    *rand.Rand
	latencies []time.Duration
	answered  int
	// notBegun has how long calls were due when it was over that could not be begun.
	notBegun []time.Duration
	failures map[string]int
}

// measure runs a closed loop, or at a rate an open one, in which a call that was held up is timed from when it was due.
func measure(clients []*clientv3.Client, do call) {
	start := time.Now()
	from := start.Add(time.Duration(*warmUp * float64(time.Second)))
	measured := span{start, from, from.Add(time.Duration(*seconds * float64(time.Second)))}
	taken := new(int64)
	all := make([]*caller, *callers)
	var running sync.WaitGroup
	for i := range all {
		own := &caller{client: clients[i%len(clients)], random: rand.New(rand.NewSource(int64(i))), failures: map[string]int{}}
		all[i] = own
		running.Add(1)
		go func() {
			defer running.Done()
			if *rate == 0 {
				own.loop(measured, do)
			} else {
				own.keepRate(measured, taken, do)
			}
		}()
	}
	running.Wait()
	report(all)
}

func (c *caller) loop(measured span, do call) {
	text := value()
	for begin := time.Now(); begin.Before(measured.to); begin = time.Now() {
		c.time(measured, begin, do, text)
	}
}

// keepRate takes the next of the calls that are due, and waits until it is.
func (c *caller) keepRate(measured span, taken *int64, do call) {
	text := value()
	for {
		at := float64(atomic.AddInt64(taken, 1)-1) / *rate
		due := measured.start.Add(time.Duration(at * float64(time.Second)))
		if !due.Before(measured.to) {
			return
		}
		begin := whenDue(due)
		if time.Now().Before(measured.to) {
			c.time(measured, begin, do, text)
		} else if measured.has(due) {
			c.notBegun = append(c.notBegun, measured.to.Sub(due))
		}
	}
}

// timerSlack is how late a timer may be, which is not etcd's doing.
const timerSlack = 2 * time.Millisecond

// whenDue waits, and gives the moment that the call is timed from.
func whenDue(due time.Time) time.Time {
	wait := time.Until(due)
	if wait <= 0 {
		return due
	}
	time.Sleep(wait)
	if now := time.Now(); now.Sub(due) <= timerSlack {
		return now
	}
	return due
}

func (c *caller) time(measured span, begin time.Time, do call, text string) {
	err := do(c.client, c.random.Intn(*keys), text)
	end := time.Now()
	if err != nil {
		if measured.has(begin) {
			c.failures[err.Error()]++
		}
		time.Sleep(time.Millisecond)
		return
	}
	if measured.has(begin) {
		c.latencies = append(c.latencies, end.Sub(begin))
	}
	if measured.has(end) {
		c.answered++
	}
}

func report(all []*caller) {
	latencies := []time.Duration{}
	answered, failed, notBegun := 0, 0, 0
	failures := map[string]int{}
	for _, own := range all {
		latencies = append(append(latencies, own.latencies...), own.notBegun...)
		notBegun += len(own.notBegun)
		answered += own.answered
		for what, count := range own.failures {
			failures[what] += count
			failed += count
		}
	}
	sort.Slice(latencies, func(i, j int) bool { return latencies[i] < latencies[j] })
	sum := 0.0
	for _, latency := range latencies {
		sum += ms(latency)
	}
	quantile := func(share float64) float64 {
		if len(latencies) == 0 {
			return 0
		}
		return ms(latencies[int(math.Max(0, math.Ceil(share*float64(len(latencies)))-1))])
	}
	print(map[string]interface{}{
		"answered":  answered,
		"perSecond": rounded(float64(answered) / *seconds),
		"failed":    failed,
		"failures":  failures,
		"notBegun":  notBegun,
		"latencyMs": map[string]float64{
			"p50":  quantile(0.5),
			"p90":  quantile(0.9),
			"p99":  quantile(0.99),
			"p999": quantile(0.999),
			"max":  quantile(1),
			"mean": rounded(sum / math.Max(1, float64(len(latencies)))),
		},
	})
}

func ms(d time.Duration) float64 { return rounded(float64(d) / float64(time.Millisecond)) }

func rounded(number float64) float64 { return math.Round(number*1000) / 1000 }

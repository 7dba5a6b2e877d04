// Time and chance of a simulation: the same at every run.

type Event = { at: number; order: number; act: () => void }

export type Clock = {
  /** Milliseconds. */
  now(): number
  after(ms: number, act: () => void): void
  run(untilMs: number): void
}

export function createClock(): Clock {
  const heap: Event[] = []
  let now = 0
  let scheduled = 0
  const isBefore = (a: Event, b: Event) => a.at < b.at || (a.at === b.at && a.order < b.order)

  function push(event: Event): void {
    let place = heap.push(event) - 1
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!isBefore(event, heap[above] as Event)) break
      heap[place] = heap[above] as Event
      place = above
    }
    heap[place] = event
  }

  function pop(): Event | undefined {
    const first = heap[0]
    const moved = heap.pop()
    if (!first || !moved || heap.length === 0) return first
    let place = 0
    for (;;) {
      const left = 2 * place + 1
      const right = left + 1
      if (left >= heap.length) break
      const least =
        right < heap.length && isBefore(heap[right] as Event, heap[left] as Event) ? right : left
      if (!isBefore(heap[least] as Event, moved)) break
      heap[place] = heap[least] as Event
      place = least
    }
    heap[place] = moved
    return first
  }

  return {
    now: () => now,
    after: (ms, act) => push({ at: now + ms, order: scheduled++, act }),
    run(untilMs) {
      for (let next = heap[0]; next && next.at <= untilMs; next = heap[0]) {
        pop()
        now = next.at
        next.act()
      }
      now = untilMs
    },
  }
}

/** From 0 to 1 (mulberry32). */
export function createChance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

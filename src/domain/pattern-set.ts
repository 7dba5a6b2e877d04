// Searches a sequence of symbols for many patterns at once (Aho and Corasick, 1975). The time of a
// search grows with the sequence alone, not with the number of patterns.

type Symbols = readonly number[]

/** Parallel arrays instead of objects, because there may be 100,000 nodes. Node 0 is the root. */
function createTrie(patterns: readonly Symbols[]) {
  const sizeMax = patterns.reduce((sum, { length }) => sum + length, 1)
  const parents = new Int32Array(sizeMax + 1).fill(-1)
  const symbols = new Int32Array(sizeMax + 1)
  /** 1 if a pattern ends at the node. */
  const complete = new Uint8Array(sizeMax)
  // The first child of a node comes next to it. All others are in a hash table, which is at most half
  // full: a pattern adds at most one, where it leaves the patterns before it.
  const bits = Math.ceil(Math.log2(patterns.length + 1)) + 1
  const others = new Int32Array(2 ** bits)

  const slotOf = (node: number, symbol: number): number => {
    const mixed = Math.imul(node, 0x9e3779b1) ^ Math.imul(symbol, 0x85ebca6b)
    const hash = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
    for (let slot = hash >>> (32 - bits); ; slot = (slot + 1) & (others.length - 1)) {
      const child = others[slot] as number
      if (child === 0 || (parents[child] === node && symbols[child] === symbol)) return slot
    }
  }

  /** 0 if the node has no such child. */
  const child = (node: number, symbol: number): number => {
    if (parents[node + 1] === node && symbols[node + 1] === symbol) return node + 1
    return others[slotOf(node, symbol)] as number
  }

  let size = 1
  for (const pattern of patterns) {
    let node = 0
    for (const symbol of pattern) {
      const isLeaf = node === size - 1
      let next = isLeaf ? 0 : child(node, symbol)
      if (next === 0) {
        next = size++
        if (!isLeaf) others[slotOf(node, symbol)] = next
        parents[next] = node
        symbols[next] = symbol
      }
      node = next
    }
    complete[node] = 1
  }
  return { parents, symbols, complete, child }
}

/** Answers whether any of the patterns occurs. */
export function compilePatterns(patterns: readonly Symbols[]): (symbols: Symbols) => boolean {
  const { parents, symbols, complete, child } = createTrie(patterns.filter(({ length }) => length))
  /** The deepest other node whose path ends the path of a node; -1: no search needed it yet. */
  const fallbacks = new Int32Array(parents.length).fill(-1)

  const step = (node: number, symbol: number): number => {
    for (let from = node; ; from = fallbackOf(from)) {
      const next = child(from, symbol)
      if (next !== 0 || from === 0) return next
    }
  }

  /** Calls itself for nodes that are less deep. */
  function fallbackOf(node: number): number {
    const known = fallbacks[node] as number
    if (known !== -1) return known
    const parent = parents[node] as number
    const fallback = parent <= 0 ? 0 : step(fallbackOf(parent), symbols[node] as number)
    fallbacks[node] = fallback
    if (fallback !== 0) {
      fallbackOf(fallback)
      complete[node] ||= complete[fallback] as number
    }
    return fallback
  }

  return (sequence) => {
    let node = 0
    for (const symbol of sequence) {
      node = step(node, symbol)
      if (fallbacks[node] === -1) fallbackOf(node)
      if (complete[node]) return true
    }
    return false
  }
}

// Counts and times of a campaign, and the table that it prints at the end.

const round = (ms: number) => Math.round(ms).toLocaleString('en').replaceAll(',', ' ')

export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export class Metrics {
  readonly #counts = new Map<string, number>()
  readonly #samples = new Map<string, number[]>()

  /** @param names counts that are in the table even if they stay 0 */
  constructor(names: readonly string[] = []) {
    for (const name of names) this.#counts.set(name, 0)
  }

  count(name: string, more = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + more)
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  time(name: string, ms: number): void {
    const samples = this.#samples.get(name)
    if (samples) samples.push(ms)
    else this.#samples.set(name, [ms])
  }

  toJSON() {
    const times = [...this.#samples].map(([name, samples]) => [name, this.#spread(samples)])
    return { counts: Object.fromEntries(this.#counts), times: Object.fromEntries(times) }
  }

  /** Markdown. */
  table(): string {
    const counts = [...this.#counts].map(([name, count]) => `| ${name} | ${count} |`)
    const times = [...this.#samples].map(([name, samples]) => {
      const { p50, p95, max } = this.#spread(samples)
      return `| ${name} (${samples.length}) | ${round(p50)} | ${round(p95)} | ${round(max)} |`
    })
    return [
      '| event | count |\n|---|---|',
      ...counts,
      '\n| time, ms | p50 | p95 | max |\n|---|---|---|---|',
      ...times,
    ].join('\n')
  }

  #spread(samples: readonly number[]) {
    return {
      count: samples.length,
      p50: percentile(samples, 0.5),
      p95: percentile(samples, 0.95),
      max: percentile(samples, 1),
    }
  }
}

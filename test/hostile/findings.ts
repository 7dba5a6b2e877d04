// The violations that the campaign found, grouped by rule and place, with the first examples.

const examplesKept = 3
const evidenceMax = 1_200

export type Finding = { rule: string; where: string; times: number; examples: string[] }

export class Findings {
  readonly #found = new Map<string, Finding>()

  /**
   * @param rule the rule that is broken
   * @param where the call, frame or log line; findings of one rule and place are counted together
   */
  report(rule: string, where: string, evidence: string): void {
    const key = `${rule} | ${where}`
    const known = this.#found.get(key) ?? { rule, where, times: 0, examples: [] }
    known.times++
    if (known.examples.length < examplesKept) known.examples.push(evidence.slice(0, evidenceMax))
    this.#found.set(key, known)
  }

  all(): Finding[] {
    return [...this.#found.values()].sort((a, b) => b.times - a.times)
  }

  get kinds(): number {
    return this.#found.size
  }

  lines(): string[] {
    return this.all().flatMap(({ rule, where, times, examples }) => [
      `- ${rule}, ${where}: ${times} times`,
      ...examples.map((example) => `    ${example.replaceAll('\n', '\n    ')}`),
    ])
  }
}

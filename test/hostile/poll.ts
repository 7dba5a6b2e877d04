// Somebody who reads the newest page all the time, and holds each before the witness; and by how
// long that takes, everyone who attacks knows whether the machine still keeps up.

import { setTimeout as delay } from 'node:timers/promises'
import { Away, call, type Page } from '../faults/wire.ts'
import { newest, type Witness } from '../faults/witness.ts'
import type { Stage } from './stage.ts'

const everyMs = 400
/** A page takes some 10 ms of a machine that is not busy. */
const strainedMs = 300

export class Poller {
  readonly #stage: Stage
  readonly #witness: Witness
  /** Whose messages are looked for: others delete theirs without telling the witness first. */
  readonly #honest: Set<string>
  #tookMs = 0
  #goesOn = true

  constructor(stage: Stage, witness: Witness) {
    this.#stage = stage
    this.#witness = witness
    this.#honest = new Set(stage.parts.target.honest.map(({ id }) => id))
    void this.#read()
  }

  end(): void {
    this.#goesOn = false
  }

  /** So that nothing fails only because the attack and the service share one machine. */
  async breathe(): Promise<void> {
    if (this.#tookMs > strainedMs) await delay(this.#tookMs)
  }

  async #read(): Promise<void> {
    const { port, figures, findings } = this.#stage.parts
    while (this.#goesOn) {
      const began = performance.now()
      const asked = this.#witness.ask()
      try {
        const { status, body } = await call(port, 'GET', '/messages?limit=100')
        if (status === 200) {
          const page = body as Page
          const messages = page.messages.filter(({ user_id }) => this.#honest.has(user_id))
          this.#witness.sawPage('the poller', { ...page, messages }, { asked, below: newest })
        } else findings.report(`the history answers ${status}`, 'the honest', JSON.stringify(body))
      } catch (error) {
        if (!(error instanceof Away)) throw error
        findings.report('the history is not answered', 'the honest', error.message)
      }
      this.#tookMs = performance.now() - began
      figures.time('a page of the history', this.#tookMs)
      const sleptAt = performance.now()
      await delay(everyMs)
      figures.time('by how much this machine is late', performance.now() - sleptAt - everyMs)
    }
  }
}

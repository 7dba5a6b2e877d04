// Reads the newest page again and again and checks it. The time that this takes shows whether the
// service is overloaded.

import { setTimeout as delay } from 'node:timers/promises'
import { call, NoAnswer } from '../harness/rest.ts'
import { type ConsistencyChecker, newest } from '../kit/consistency-checker.ts'
import type { Page } from '../kit/protocol.ts'
import type { AttackRunner } from './attack-runner.ts'

const everyMs = 400
/** On an idle machine a page takes about 10 ms. */
const overloadedMs = 300

export class HistoryPoller {
  readonly #runner: AttackRunner
  readonly #checker: ConsistencyChecker
  #tookMs = 0
  #isRunning = true

  constructor(runner: AttackRunner, checker: ConsistencyChecker) {
    this.#runner = runner
    this.#checker = checker
    void this.#poll()
  }

  end(): void {
    this.#isRunning = false
  }

  /** Gives the service time, because it shares its machine with the attack. */
  async throttle(): Promise<void> {
    if (this.#tookMs > overloadedMs) await delay(this.#tookMs)
  }

  async #poll(): Promise<void> {
    const { port, metrics, findings } = this.#runner.parts
    while (this.#isRunning) {
      const began = performance.now()
      const asked = this.#checker.snapshot()
      try {
        const { status, body } = await call(port, 'GET', '/messages?limit=100')
        if (status === 200)
          this.#checker.checkPage('the poller', body as Page, { asked, below: newest })
        else findings.report(`the history answers ${status}`, 'the poller', JSON.stringify(body))
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error
        findings.report('the history is not answered', 'the poller', error.message)
      }
      this.#tookMs = performance.now() - began
      metrics.time('a page of the history', this.#tookMs)
      const sleptAt = performance.now()
      await delay(everyMs)
      metrics.time('delay of a timer', performance.now() - sleptAt - everyMs)
    }
  }
}

// The events of the Worker's log since a moment.

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export class WorkerLog {
  readonly #file: string
  #from = 0

  constructor(dataDir: string) {
    this.#file = join(dataDir, 'worker', 'worker.log')
  }

  /** From now on only later events count. */
  forget(): void {
    this.#from = statSync(this.#file).size
  }

  has(event: string): boolean {
    const later = readFileSync(this.#file).subarray(this.#from).toString()
    return later.includes(`"${event}"`)
  }
}

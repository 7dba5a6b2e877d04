// A wall clock for other programs: all that are started with its environment read it, and it can be
// set while they run.

import { spawnSync } from 'node:child_process'
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const source = join(import.meta.dirname, 'shift.c')

export class ShiftedClock {
  readonly #file: string
  readonly #library: string
  #shiftMs = 0

  /** @throws where there is no C compiler */
  constructor(folder: string) {
    this.#file = join(folder, 'shift')
    this.#library = join(folder, 'shift.so')
    writeFileSync(this.#file, Buffer.alloc(8))
    const built = spawnSync('cc', ['-O2', '-shared', '-fPIC', '-o', this.#library, source], {
      encoding: 'utf8',
    })
    if (built.error) throw new Error('There is no C compiler: install gcc and libc6-dev')
    if (built.status !== 0) throw new Error(`The clock cannot be built: ${built.stderr}`)
  }

  get env(): Record<string, string> {
    return { LD_PRELOAD: this.#library, CLOCK_SHIFT_FILE: this.#file }
  }

  step(ms: number): void {
    this.#shiftMs += ms
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(this.#shiftMs))
    const file = openSync(this.#file, 'r+')
    writeSync(file, bytes, 0, bytes.length, 0)
    closeSync(file)
  }
}

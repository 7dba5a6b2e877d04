// Writes whose failure ends nothing, as on a full disk: it says once what is affected, and once that
// writing works again.
import { reasonOf } from './refusal.ts'

/** Runs a write. Answers whether it worked. */
export type TolerantWrite = (write: () => void) => boolean

/** @param meanwhile what is true until the file can be written */
export function tolerateFailures(file: string, meanwhile: string): TolerantWrite {
  let failing = false
  return (write) => {
    try {
      write()
    } catch (error) {
      if (!failing) console.error(`${file} cannot be written (${reasonOf(error)}): ${meanwhile}`)
      failing = true
      return false
    }
    if (failing) console.error(`${file} is written again`)
    failing = false
    return true
  }
}

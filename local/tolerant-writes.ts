// Runs writes that may fail, as on a full disk, and prints once what is affected and once that writing
// works again.
import { reasonOf } from './refusal.ts'

/** Runs a write. Returns whether it succeeded. */
export type TolerantWrite = (write: () => void) => boolean

/** @param meanwhile a sentence about the state until the file can be written */
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

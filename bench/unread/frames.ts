// Reads what the room says. All listeners get the same bytes at nearly the same time: they are
// parsed once.

export type Frame = {
  event: string
  seq?: number
  data: {
    id: string
    content: string
    client_id?: string
    epoch: string
    resumed: boolean
    code: string
  }
}

export type Read = (raw: Buffer) => Frame[]

export function createReading(): Read {
  let last: { raw: Buffer; frames: Frame[] } | null = null
  return (raw) => {
    if (last?.raw.equals(raw)) return last.frames
    const parsed: Frame | Frame[] = JSON.parse(raw.toString())
    last = { raw, frames: Array.isArray(parsed) ? parsed : [parsed] }
    return last.frames
  }
}

// Whether a text shows anything. It needs no schema, so that a page can ask before it sends.

const visible = /[^\s\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u

export function isVisible(text: string): boolean {
  return visible.test(text)
}

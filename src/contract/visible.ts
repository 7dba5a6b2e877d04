// Tests whether a text contains anything visible. It uses no schema, so that the page can import
// it.

const visible = /[^\s\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u

export function isVisible(text: string): boolean {
  return visible.test(text)
}

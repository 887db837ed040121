// Marks a text that no answer needs: of the manual, of commands, of a rare line of the log. The build leaves such texts
// out of what each process reads when it starts (scripts/build.mjs); there they are empty.

export function manual(text: TemplateStringsArray): string {
  return text.join('');
}

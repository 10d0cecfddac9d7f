/** Shells that `sporectl completion` knows. */
export const shells = ["bash", "zsh", "fish", "powershell"] as const;

/** The script for a shell; undefined for one that is not known. Each asks `sporectl __complete` with the words typed so far, the last one unfinished. */
export function completionScript(shell: string): string | undefined {
  return scripts.get(shell);
}

const bash = `# bash completion of sporectl
_sporectl() {
  local IFS=$'\\n' cur words
  cur="\${COMP_LINE:0:COMP_POINT}"
  cur="\${cur##*[[:space:]]}"
  read -ra words -d '' < <(printf '%s' "\${COMP_LINE:0:COMP_POINT}" | tr ' ' '\\n'; printf '\\0')
  [[ "\${COMP_LINE:COMP_POINT-1:1}" == " " ]] && words+=("")
  COMPREPLY=($(sporectl __complete -- "\${words[@]:1}" 2>/dev/null))
  [[ \${#COMPREPLY[@]} -eq 1 && "\${COMPREPLY[0]}" == *[=/,] ]] && compopt -o nospace
  # Readline takes what stands before a = or : for a word of its own.
  if [[ "$cur" == *[=:]* ]]; then
    local before="\${cur%"\${cur##*[=:]}"}"
    COMPREPLY=("\${COMPREPLY[@]#"$before"}")
  fi
}
complete -o default -F _sporectl sporectl
`;

const zsh = `#compdef sporectl
_sporectl() {
  local -a found
  found=("\${(@f)$(sporectl __complete -- "\${(@)words[2,$CURRENT]}" 2>/dev/null)}")
  found=(\${found:#})
  local -a open
  open=(\${(M)found:#*[=/,]})
  (( \${#open} )) && compadd -S '' -a open
  found=(\${found:#*[=/,]})
  (( \${#found} )) && compadd -a found
  (( \${#open} + \${#found} )) || _files
}
if [ "\${funcstack[1]}" = "_sporectl" ]; then _sporectl; else compdef _sporectl sporectl; fi
`;

const fish = `# fish completion of sporectl
function __sporectl_complete
  set -l words (commandline -opc) (commandline -ct)
  sporectl __complete -- $words[2..-1] 2>/dev/null
end
complete -c sporectl -f -a '(__sporectl_complete)'
`;

const powershell = `# PowerShell completion of sporectl
Register-ArgumentCompleter -Native -CommandName sporectl -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($wordToComplete -eq '') { $words += '""' }
  sporectl __complete -- @words 2>$null | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;

const scripts: ReadonlyMap<string, string> = new Map(Object.entries({ bash, zsh, fish, powershell }));

/* QEMU's sim machine starts at 0x50000000 and nowhere else: from there to the program, with a stack under it. */
        .section .reset, "ax"
        .global _reset
_reset: j       start

        .text
        .align 4
        .literal_position
start:  movi    a1, __stack
        movi    a0, qemuMain
        callx0  a0
1:      j       1b

/* int simulatorCall(int number, int a, int b, int c): the arguments are where the simulator looks for them. */
        .global simulatorCall
        .align 4
simulatorCall:
        simcall
        ret

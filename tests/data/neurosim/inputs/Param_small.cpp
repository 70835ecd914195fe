/* short, to be cut at every byte */
#define MUX 8
Param::Param() {
	memcelltype = 2; // 1: SRAM
	technode = 22;   // "nm"
	clkFreq = 1.25e9;
	optimization = "SGD";
	numColMuxed = MUX*16/4;
	pipeline = true;
	switch (technode) {
		case 22: wireWidth = 40; break;
		default: exit(-1);
	}
	if (memcelltype == 1) { cellBit = 1; } else { cellBit = 12; }
	resistanceOn = 100e3;
	resistanceOff = resistanceOn*17;
}

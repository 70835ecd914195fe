/* A file in the manner of NeuroSim's Param.cpp, written for these tests:
 * its parameters are some of V1.4's, its text and numbers are our own.
 */
#include <cmath>
#include "Param.h"
#include "constant.h"

#define MUX 8

using namespace std;

Param::Param() {
	operationmode = 2;	// 1: sequential
				// 2: parallel
	memcelltype = 2;	/* 1: SRAM, 2: RRAM, 3: FeFET */
	accesstype = 1;
	transistortype = 1;
	deviceroadmap = 2;	// 1: HP, 2: LSTP
	globalBusType = false;
	globalBufferType = true;	tileBufferType = true;
	novelMapping = true;
	pipeline = true;
	validated = true;
	synchronous = true;
	clkFreq = 1e9;		// Hz
	temp = 300;
	//technode = 7;
	technode = 22;		// nm

	sizingfactor_MUX = 1;
	switch (technode) {
		case 22: sizingfactor_MUX = 110; newswitchmatrixsizeratio = 14; break;
		case 14: sizingfactor_MUX = 130; break;
		default: exit(-1); puts("no such node");
	}
	switch (technode) {
		case 32:
		case 22: Metal0 = 40; wireWidth = 40; barrierthickness = 2.5e-9; featuresize = wireWidth*1e-9; break;
		case 14: Metal0 = 32; wireWidth = 32; barrierthickness = 2.5e-9; featuresize = wireWidth*1e-9; break;
	}
	conventionalParallel = 0;
	conventionalSequential = 0;
	switch (operationmode) {
		case 2: conventionalParallel = 1; break;
		case 1: conventionalSequential = 1; break;
		default: printf("operationmode ERROR\n"); exit(-1);
	}
	if (conventionalParallel || conventionalSequential == 7) {
		parallelRead = 1;
	} else {
		parallelRead = 0;
	}
	numRowSubArray = 128;
	numColSubArray = 128;
	numColMuxed = MUX;
	levelOutput = 1 << 5;	// 5 bits
	cellBit = 2;
	dumcolshared = levelOutput;
	heightInFeatureSize1T1R = 4;
	widthInFeatureSize1T1R = 12;
	resistanceOn = 100e3;	// 6e3;
	resistanceOff = 100e3*17;
	maxConductance = (double) 1/resistanceOn;
	if (technode > 14) { readVoltage = 0.55; }
	else if (technode == 14) { readVoltage = 0.277; }
	resistanceAccess = resistanceOn*IR_DROP_TOLERANCE;
	writeVoltage = 2;
	if (validated) {
		alpha = 1.44;
		beta = 1.4;
	}
	if (memcelltype == 1) {
		cellBit = 1;	// SRAM
	}
	AR = wireWidth >= 40 ? 1.9 : 2;
	Rho = 2.97*1e-8;
	Rho = Rho * 1 / (1 - ((2*AR*wireWidth + wireWidth)*barrierthickness / (AR*pow(wireWidth, 2))));
	Rho *= (1 + 0.00451*abs(temp - 300));
	wireLengthRow = wireWidth * 1e-9 * heightInFeatureSize1T1R;
	numRowParallel = parallelRead ? numRowSubArray : 1;
}
